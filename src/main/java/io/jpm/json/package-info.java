/// Converts records to JSON values and back, without a library. JSON is represented by text,
/// numbers, booleans, lists and maps.
///
/// A format is a line of field names: [io.jpm.json.RecordCodec] reads and writes the record that it
/// describes, [io.jpm.json.OneOf] the variants of a sealed interface, and [io.jpm.json.Codecs]
/// chooses a codec by the type of a record's component. The package depends only on the JDK.
@NullMarked
package io.jpm.json;

import org.jspecify.annotations.NullMarked;
