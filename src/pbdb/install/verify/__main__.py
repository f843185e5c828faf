"""`python -m pbdb.install.verify [URL]`."""

from __future__ import annotations

import sys

from pbdb.install.verify import main

sys.exit(main())
