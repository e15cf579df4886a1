/// What all ways of sharing have in common.
@NullMarked
package io.jpm.balancer.mode;

import org.jspecify.annotations.NullMarked;
