"""Builds these pages as a site: `python -m sphinx -W --keep-going docs build/docs`.

The pages stay plain Markdown that reads on a code host. Sphinx adds the contents and the search, and checks that every
link and anchor between pages leads somewhere: with -W a warning is an error. Nothing is fetched when a page is viewed.
"""

project = "Magnet Sourcing"
author = "Magnet Sourcing"
extensions = ["myst_parser"]
root_doc = "index"
myst_heading_anchors = 3  # the same anchors as on a code host: lower case, hyphens
highlight_language = "none"  # indented lines are commands

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["wide.css"]
html_title = "Magnet Sourcing"
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
