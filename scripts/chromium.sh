#!/bin/sh
# The browser tests drive Debian's Chromium: installs it where that needs no question, else says how in one line.
set -eu
for browser in chromium chromium-browser google-chrome google-chrome-stable; do
  if command -v "$browser" >/dev/null; then exit; fi
done

root=''
[ "$(id -u)" = 0 ] || root='sudo -n'
if command -v apt-get >/dev/null && { [ -z "$root" ] || $root true 2>/dev/null; }; then
  echo "安装浏览器 / installing chromium for the browser tests ..."
  # Without a Chinese font every picture of a page is full of boxes.
  install() {
    $root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
      chromium fonts-wqy-zenhei >/dev/null
  }
  if install 2>/dev/null || { $root apt-get update -qq && install; }; then exit; fi
fi
echo "浏览器测试需要 Chromium / the browser tests need Chromium: \`sudo apt-get install chromium fonts-wqy-zenhei\`" >&2
