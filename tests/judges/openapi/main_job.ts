// The main job, by the client that openapi-generator makes of the server's document (in ./client).
import { AccountApi, Configuration, JobApi, ResponseError } from "./client";

declare const process: { argv: string[]; exit(status: number): never };

async function main(basePath: string, username: string, password: string): Promise<void> {
    const login = await new AccountApi(new Configuration({ basePath })).postAccountLogin({
        accountLoginParameters: { v: 1, username, password },
    });
    const token = login.apiToken;
    const api = new JobApi(new Configuration({ basePath, apiKey: token, accessToken: token }));
    const opened = await api.postJobNew({ jobNewParameters: { v: 1, jobName: "Ænother \"job\"" } });
    const uploadUrl = (await api.getJobRequestUploadUrl({ v: 1, jobId: opened.jobId })).uploadUrl;
    const sent = await fetch(uploadUrl, { method: "PUT", body: "a recording" });
    await api.postJobPerformTranscription({
        jobPerformTranscriptionParameters: {
            v: 1,
            jobId: opened.jobId,
            transcriptionFidelity: "MECHANICAL",
            options: { returnIwp: ["FINAL"], speakerId: true },
        },
    });
    let info = await api.getJobInfo({ v: 1, jobId: opened.jobId });
    while (info.jobStatus !== "Complete") {
        await new Promise((done) => setTimeout(done, 200));
        info = await api.getJobInfo({ v: 1, jobId: opened.jobId });
    }
    const listed = await api.getJobList({ v: 1, jobStatus: "Complete" });
    const captions = await api.getJobGetCaptionRaw({ v: 1, jobId: opened.jobId, captionFormat: "SRT" });
    let refusal = 0;
    try {
        await api.getJobInfo({ v: 1, jobId: "0".repeat(32) });
    } catch (error) {
        refusal = (error as ResponseError).response.status;
    }
    console.log(
        JSON.stringify({
            sent: sent.status,
            name: info.jobName,
            options: info.options,
            listed: listed.activeJobs.some((job) => job.jobId === opened.jobId),
            captions: await captions.raw.text(),
            refusal,
        }),
    );
}

main(process.argv[2], process.argv[3], process.argv[4]).catch((error) => {
    console.error(error);
    process.exit(1);
});
