/// Types that all balancing modes have in common.
@NullMarked
package io.jpm.balancer.mode;

import org.jspecify.annotations.NullMarked;
