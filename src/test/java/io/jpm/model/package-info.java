/// Tests of the words of the domain.
@NullMarked
package io.jpm.model;

import org.jspecify.annotations.NullMarked;
