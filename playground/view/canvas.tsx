import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** What is drawn on: one unit is a CSS pixel. */
export interface Surface {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
}

interface Properties {
  readonly class: string;
  /** What is to be seen, in words. */
  readonly label: string;
  /** Height by width. */
  readonly proportion: number;
  /** Draws everything. Whenever it is another function it is called, with a surface wiped clean. */
  readonly draw: (surface: Surface) => void;
  /** Told where the mouse is, or was pressed: in CSS pixels from the corner, of a canvas so wide. */
  readonly onPoint?: (place: { readonly left: number; readonly top: number; readonly width: number }, pressed: boolean) => void;
  /** Told that the mouse is there no more. */
  readonly onLeave?: () => void;
}

/** A canvas that is as wide as its place, and as sharp as the screen. */
export function Canvas({ class: name, label, proportion, draw, onPoint, onLeave }: Properties) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    setWidth(element.clientWidth);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context || width === 0) return;
    const height = Math.round(width * proportion);
    const density = Math.min(3, window.devicePixelRatio || 1);
    const [across, down] = [Math.round(width * density), Math.round(height * density)];
    if (element.width !== across || element.height !== down) {
      element.width = across;
      element.height = down;
    }
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, width, height);
    draw({ context, width, height });
  }, [width, proportion, draw]);
  const point = (pressed: boolean) => {
    return ({ offsetX: left, offsetY: top }: MouseEvent) => onPoint?.({ left, top, width }, pressed);
  };
  return (
    <canvas
      ref={canvas}
      class={name}
      style={{ aspectRatio: `1 / ${proportion}` }}
      role="img"
      aria-label={label}
      onClick={point(true)}
      onMouseMove={point(false)}
      onMouseLeave={() => onLeave?.()}
    />
  );
}
