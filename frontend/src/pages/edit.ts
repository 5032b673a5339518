import "../frame/shell";
import "../editor/edit-page";
