"""The same pipeline again with only the learning rate changed; measured together with `pipeline`."""

from benchmarks.pipeline import main

if __name__ == "__main__":
    main("learning-rate")
