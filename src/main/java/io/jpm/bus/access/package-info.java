/// What is asked of tokens and of the audit log, and how many requests and refusals one peer has.
@NullMarked
package io.jpm.bus.access;

import org.jspecify.annotations.NullMarked;
