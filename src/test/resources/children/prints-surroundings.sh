#!/bin/sh
pwd
exec env
