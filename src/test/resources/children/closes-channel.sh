#!/bin/sh
exec 3>&- 4>&-
echo ready
exec sleep 1000
