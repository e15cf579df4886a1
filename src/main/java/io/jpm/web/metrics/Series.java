package io.jpm.web.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.NamingConvention;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.List;

/// The series of one page, in a registry of its own: nothing of an earlier page is in it.
final class Series implements AutoCloseable {
  private static final String TOTAL = "_total";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  Series() {
    // The names of Metric are right as they are.
    registry.config().namingConvention(NamingConvention.identity);
  }

  /// A whole number; what is lost of one above 2^53 nobody sees on a chart.
  void put(Metric metric, long value, List<String> labels) {
    put(metric, (double) value, labels);
  }

  /// Adds a series.
  ///
  /// @param labels the values of [Metric#labels], in order
  void put(Metric metric, double value, List<String> labels) {
    List<Tag> tags = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      tags.add(Tag.of(metric.labels().get(i), labels.get(i)));
    }
    var _ =
        switch (metric.kind()) {
          case GAUGE ->
              Gauge.builder(metric.exposed(), () -> value)
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

  /// The library puts the end of a counter's name there itself.
  private static String unfinished(Metric metric) {
    return metric.exposed().substring(0, metric.exposed().length() - TOTAL.length());
  }

  String text() {
    return registry.scrape();
  }

  @Override
  public void close() {
    registry.close();
  }
}
