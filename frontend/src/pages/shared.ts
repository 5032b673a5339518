import "../shared/shared";
