/// Commands for tokens, the HTTP server and the audit log.
@NullMarked
package io.jpm.console.access;

import org.jspecify.annotations.NullMarked;
