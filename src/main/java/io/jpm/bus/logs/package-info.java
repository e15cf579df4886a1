/// What LogAggregator is asked and answers, and who wants lines as they are printed.
@NullMarked
package io.jpm.bus.logs;

import org.jspecify.annotations.NullMarked;
