from __future__ import annotations

import sys

from secretsui.demo.supervisor import main

sys.exit(main())
