/// The senders of requests and their rights.
@NullMarked
package io.jpm.model.access;

import org.jspecify.annotations.NullMarked;
