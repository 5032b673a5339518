/** What belongs to the job and is read besides: none of it is worth an error of the page. */

import { nothing } from "lit";

import { call, type CallOptions } from "../frame/calls";
import { reasonOf } from "../frame/problems";
import type { AuditEntry, Callback, Guideline, JobInfo, PageData } from "./info";
import { auditPanel, callbacksPanel, guidelinesPanel } from "./records";

export class Belongings {
  private callbacks: readonly Callback[] = [];
  private guidelines: readonly Guideline[] = [];
  private entries: readonly AuditEntry[] | null = null;
  private problem = "";

  constructor(
    private readonly data: PageData,
    private readonly changed: () => void,
  ) {}

  /** Reads what there is; never throws. */
  async read(options: CallOptions): Promise<void> {
    const which = { job_id: this.data.job };
    await Promise.allSettled([
      call<readonly Callback[]>("job/list_callbacks", which, options).then((found) => {
        this.callbacks = found;
      }),
      this.data.mayRead
        ? call<readonly Guideline[]>("job/list_guidelines", which, options).then((found) => {
            this.guidelines = found;
          })
        : null,
    ]);
  }

  private async readAudit(): Promise<void> {
    try {
      this.entries = await call<readonly AuditEntry[]>("job/audit", { job_id: this.data.job });
      this.problem = "";
    } catch (error) {
      this.problem = reasonOf(error);
    }
    this.changed();
  }

  panels(info: JobInfo): unknown[] {
    return [guidelinesPanel(this.guidelines), callbacksPanel(this.callbacks, info)];
  }

  /** The audit log, for those who may see it; read when it is opened. */
  audit(): unknown {
    if (!this.data.mayAudit) return nothing;
    return auditPanel(this.entries, this.problem, () => void this.readAudit());
  }
}
