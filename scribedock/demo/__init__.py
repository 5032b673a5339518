"""The demonstration: the main job, walked over HTTP, on a recording that the package ships."""
