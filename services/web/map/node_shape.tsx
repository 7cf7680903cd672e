/** Shapes that tell kinds apart without colour: a box, a database's drum, a queue's pipe, a dashed box of another's. */
import type { NodeKind } from '../api/answers.ts';

interface NodeShapeProps {
  readonly kind: NodeKind;
  readonly width: number;
  readonly height: number;
}

export function NodeShape({ kind, width, height }: NodeShapeProps) {
  const [x, y] = [-width / 2, -height / 2];
  switch (kind) {
    case 'database': {
      const bend = 7;
      const body = `M${x} ${y + bend}a${width / 2} ${bend} 0 0 1 ${width} 0v${height - 2 * bend}a${width / 2} ${bend} 0 0 1 ${-width} 0z`;
      return (
        <>
          <path className="node-shape" d={body} />
          <path className="node-line" d={`M${x} ${y + bend}a${width / 2} ${bend} 0 0 0 ${width} 0`} />
        </>
      );
    }
    case 'queue': {
      const bend = 8;
      const body = `M${x + bend} ${y}h${width - 2 * bend}a${bend} ${height / 2} 0 0 1 0 ${height}h${2 * bend - width}a${bend} ${height / 2} 0 0 1 0 ${-height}z`;
      return (
        <>
          <path className="node-shape" d={body} />
          <path
            className="node-line"
            d={`M${x + width - bend} ${y}a${bend} ${height / 2} 0 0 0 0 ${height}`}
          />
        </>
      );
    }
    case 'external':
      return <rect className="node-shape external" x={x} y={y} width={width} height={height} rx={8} />;
    case 'service':
      return <rect className="node-shape" x={x} y={y} width={width} height={height} rx={8} />;
  }
}
