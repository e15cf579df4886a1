/// What `/metrics` tells: [io.jpm.web.metrics.Metric] lists every name,
/// [io.jpm.web.metrics.MetricsPage] asks the other rooms and writes the text. Each page is made
/// anew, for the apps that who asks may see, so a series is there as long as its app is. Used by
/// [io.jpm.web] alone, which decides who may look.
@NullMarked
package io.jpm.web.metrics;

import org.jspecify.annotations.NullMarked;
