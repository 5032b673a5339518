"""The demonstration: the main job over HTTP, on a recording that the package ships."""
