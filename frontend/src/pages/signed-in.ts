import "../frame/shell";
import "../frame/typed";
