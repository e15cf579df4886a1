/// Tests of the domain model.
@NullMarked
package io.jpm.model;

import org.jspecify.annotations.NullMarked;
