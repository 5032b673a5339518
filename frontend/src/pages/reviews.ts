import "../frame/shell";
import "../reviews/reviews-page";
