"""The demo's material: a corpus to ask, a service to call, and the story that `pbdb demo` tells."""
