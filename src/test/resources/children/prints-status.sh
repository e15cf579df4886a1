#!/bin/sh
exec cat /proc/self/status
