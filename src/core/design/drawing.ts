import { z } from "zod";
import { label } from "./fields.ts";

/** What a React Flow canvas keeps beside the design. Drawing only: none of it changes a run. */

const coordinate = z.number();
const size = z.number().min(0);
const style = z.record(z.string().max(100), z.union([z.string().max(500), z.number()]));
const marker = z.union([
  z.string().max(100),
  z.record(z.string().max(100), z.union([z.string().max(500), z.number()])),
]);
const side = z.enum(["left", "right", "top", "bottom"]);

export const position = z.strictObject({ x: coordinate, y: coordinate });

export const nodeDrawing = {
  position: position.optional().describe("Where it is drawn, in pixels."),
  width: size.optional(),
  height: size.optional(),
  initialWidth: size.optional(),
  initialHeight: size.optional(),
  measured: z.strictObject({ width: size.optional(), height: size.optional() }).optional(),
  sourcePosition: side.optional(),
  targetPosition: side.optional(),
  extent: z.union([z.literal("parent"), z.array(z.array(coordinate).max(2)).max(2)]).optional(),
  expandParent: z.boolean().optional(),
  selected: z.boolean().optional(),
  dragging: z.boolean().optional(),
  draggable: z.boolean().optional(),
  selectable: z.boolean().optional(),
  connectable: z.boolean().optional(),
  deletable: z.boolean().optional(),
  hidden: z.boolean().optional(),
  zIndex: z.number().optional(),
  style: style.optional(),
  className: label.optional(),
};

export const edgeDrawing = {
  type: label.optional(),
  label: label.optional(),
  sourceHandle: label.nullable().optional(),
  targetHandle: label.nullable().optional(),
  animated: z.boolean().optional(),
  selected: z.boolean().optional(),
  selectable: z.boolean().optional(),
  deletable: z.boolean().optional(),
  hidden: z.boolean().optional(),
  zIndex: z.number().optional(),
  style: style.optional(),
  className: label.optional(),
  markerStart: marker.optional(),
  markerEnd: marker.optional(),
};

export const viewport = z.strictObject({ x: coordinate, y: coordinate, zoom: z.number().positive() });
