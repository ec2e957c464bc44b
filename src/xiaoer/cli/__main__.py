"""python -m xiaoer.cli"""

from xiaoer.cli.main import main

if __name__ == "__main__":
    main()
