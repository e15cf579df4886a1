/// Commands that change apps: start, stop, reload, scale, save, send.
@NullMarked
package io.jpm.console.app;

import org.jspecify.annotations.NullMarked;
