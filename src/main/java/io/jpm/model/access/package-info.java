/// The principals that send requests, and the roles that determine their rights.
@NullMarked
package io.jpm.model.access;

import org.jspecify.annotations.NullMarked;
