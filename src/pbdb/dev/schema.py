"""Print the JSON Schema of playbook documents: `make schema` keeps it in docs/."""

from __future__ import annotations

import json

from pbdb.document.schema import document_schema

if __name__ == "__main__":
    print(json.dumps(document_schema(), indent=2, ensure_ascii=False))
