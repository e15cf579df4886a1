/// Commands, replies and reports of ClusterBalancer.
@NullMarked
package io.jpm.bus.balancer;

import org.jspecify.annotations.NullMarked;
