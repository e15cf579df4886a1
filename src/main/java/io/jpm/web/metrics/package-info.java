/// The metrics exported at `/metrics`. [io.jpm.web.metrics.Metric] lists all names, and
/// [io.jpm.web.metrics.MetricsPage] collects the data and writes the text. Each page is built from
/// scratch for the apps that the principal has access to, so a series exists only as long as its
/// app. Used only by [io.jpm.web], which authenticates the requests.
@NullMarked
package io.jpm.web.metrics;

import org.jspecify.annotations.NullMarked;
