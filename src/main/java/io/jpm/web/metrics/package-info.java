/// The metrics of `/metrics`: [io.jpm.web.metrics.Metric] lists all names, and
/// [io.jpm.web.metrics.MetricsPage] collects the data and writes the text. Each page is built from
/// scratch for the apps that the principal may see, so a series exists as long as its app does.
/// Used only by [io.jpm.web], which authenticates the requests.
@NullMarked
package io.jpm.web.metrics;

import org.jspecify.annotations.NullMarked;
