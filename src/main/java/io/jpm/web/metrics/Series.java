package io.jpm.web.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.NamingConvention;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.List;

/// Collects the time series of one page. Each page has its own registry, so that it contains no
/// series from an earlier page.
final class Series implements AutoCloseable {
  private static final String TOTAL = "_total";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  Series() {
    // The names in Metric already follow the naming convention.
    registry.config().namingConvention(NamingConvention.identity);
  }

  /// Adds a series with an integer value. The loss of precision above 2^53 is irrelevant.
  void put(Metric metric, long value, List<String> labels) {
    put(metric, (double) value, labels);
  }

  /// Adds a series.
  ///
  /// @param labels the label values, in the order of [Metric#labels]
  void put(Metric metric, double value, List<String> labels) {
    List<Tag> tags = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      tags.add(Tag.of(metric.labels().get(i), labels.get(i)));
    }
    var _ =
        switch (metric.kind()) {
          case GAUGE ->
              Gauge.builder(metric.exportedName(), () -> value)
                  .description(metric.help())
                  .tags(tags)
                  .register(registry);
          case COUNTER ->
              FunctionCounter.builder(unfinished(metric), value, known -> known)
                  .description(metric.help())
                  .tags(tags)
                  .register(registry);
        };
  }

  /// Returns the name without `_total`, which the library itself appends.
  private static String unfinished(Metric metric) {
    return metric.exportedName().substring(0, metric.exportedName().length() - TOTAL.length());
  }

  String text() {
    return registry.scrape();
  }

  @Override
  public void close() {
    registry.close();
  }
}
