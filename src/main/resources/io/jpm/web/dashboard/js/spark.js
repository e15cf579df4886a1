// Small charts without axes.

/**
 * @param canvas where to draw
 * @param values oldest first, null is a gap; the last `places` are drawn, the newest on the right
 * @param most the smallest maximum of the axis
 */
export function spark(canvas, values, places, most, colour) {
  const scale = window.devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  if (width === 0) {
    return;
  }
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const pen = canvas.getContext('2d');
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  const top = Math.max(most, ...values.filter((value) => value !== null));
  const step = width / (places - 1);
  const x = (i) => width - (values.length - 1 - i) * step;
  const y = (value) => height - 1 - (value / top) * (height - 3);
  pen.strokeStyle = colour;
  pen.fillStyle = colour;
  pen.lineWidth = 1.25;
  let start = -1;
  for (let i = 0; i <= values.length; i++) {
    const value = i < values.length ? values[i] : null;
    if (value !== null && start < 0) {
      start = i;
    } else if (value === null && start >= 0) {
      pen.beginPath();
      for (let j = start; j < i; j++) {
        pen.lineTo(x(j), y(values[j]));
      }
      pen.stroke();
      pen.lineTo(x(i - 1), height);
      pen.lineTo(x(start), height);
      pen.globalAlpha = 0.15;
      pen.fill();
      pen.globalAlpha = 1;
      start = -1;
    }
  }
}
