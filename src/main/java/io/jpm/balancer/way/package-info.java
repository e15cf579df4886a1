/// What all ways of sharing have in common.
@NullMarked
package io.jpm.balancer.way;

import org.jspecify.annotations.NullMarked;
