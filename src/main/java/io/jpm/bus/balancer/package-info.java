/// ClusterBalancer's commands, replies and reports.
@NullMarked
package io.jpm.bus.balancer;

import org.jspecify.annotations.NullMarked;
