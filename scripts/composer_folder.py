"""Lays out what goes into the bucket of a Composer environment: `python -m scripts.composer_folder`.

    build/composer/dags       the workflows
    build/composer/plugins    what they are made of: recsflow, and include beside it

Every process of Airflow has the plugins folder on its path. Composer gives the DAG processor and the workers
`dags/` as well, and nothing here relies on any other process to have it
(https://docs.cloud.google.com/composer/docs/composer-3/cloud-storage).
"""

import shutil
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
TARGET = REPOSITORY / "build" / "composer"
# Folder of the repository -> folder of the bucket.
FOLDERS = {"dags": "dags", "plugins": "plugins", "include": "plugins/include"}
NEXT = """{target} is laid out. An environment made with --support-web-server-plugins takes it:
  gcloud composer environments update ENVIRONMENT --location LOCATION \\
      --update-pypi-packages-from-file requirements-composer.txt
  gcloud storage rsync --recursive {target}/plugins gs://BUCKET/plugins
  gcloud storage rsync --recursive {target}/dags gs://BUCKET/dags"""


def lay_out(target: Path) -> None:
    """Writes the folders anew; what else is in the target goes."""
    shutil.rmtree(target, ignore_errors=True)
    for source, place in FOLDERS.items():
        left_out = shutil.ignore_patterns("__pycache__", "*.pyc")
        shutil.copytree(REPOSITORY / source, target / place, ignore=left_out)


def main() -> int:
    """Lays out the folders and says what comes next."""
    lay_out(TARGET)
    print(NEXT.format(target=TARGET.relative_to(REPOSITORY)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
