/// Commands of tokens, of the dashboard's address and of the audit log.
@NullMarked
package io.jpm.console.access;

import org.jspecify.annotations.NullMarked;
