import "../frame/shell";
import "../jobs/jobs-page";
