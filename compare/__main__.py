"""`python -m compare`, also installed as `weighbridge`."""

from compare.cli import main

if __name__ == "__main__":
    main()
