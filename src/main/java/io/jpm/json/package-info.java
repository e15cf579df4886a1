/// Converts records to JSON values and back without a third-party library. JSON values are
/// represented by strings, numbers, booleans, lists and maps.
///
/// A format is described by a line of field names. [io.jpm.json.RecordCodec] reads and writes a
/// record according to such a line, [io.jpm.json.VariantCodec] handles the variants of a sealed
/// interface, and [io.jpm.json.Codecs] chooses a codec by the type of a component. The package
/// depends only on the JDK.
@NullMarked
package io.jpm.json;

import org.jspecify.annotations.NullMarked;
