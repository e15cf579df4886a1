/// What ClusterBalancer is asked, answers and reports.
@NullMarked
package io.jpm.bus.balancer;

import org.jspecify.annotations.NullMarked;
