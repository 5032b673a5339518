import "../frame/shell";
import "../new/new-page";
