import "../frame/shell";
import "../job/job-page";
