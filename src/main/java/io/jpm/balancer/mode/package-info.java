/// Types that all balancing modes share.
@NullMarked
package io.jpm.balancer.mode;

import org.jspecify.annotations.NullMarked;
