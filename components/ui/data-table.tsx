"use client";
import { clsx } from "clsx";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useMemo, useState, type ReactNode } from "react";
import { Cell, Column, Row, Table, TableBody, TableHeader } from "react-aria-components/Table";
import { Checkbox } from "./checkbox";
import { TextLink } from "./text-link";

export interface TableColumn<T> {
  readonly key: string;
  readonly header: string;
  readonly cell: (row: T) => ReactNode;
  /** With it the column can be sorted. */
  readonly sortValue?: (row: T) => string | number;
  readonly align?: "end";
  /** Not shown on screens narrower than this. */
  readonly hideBelow?: "sm" | "md" | "lg" | "xl";
}

export interface DataTableProps<T> {
  /** Spoken name of the table. */
  readonly label: string;
  /** The first column is the header of its row; with `href` its content becomes the link. */
  readonly columns: readonly TableColumn<T>[];
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string;
  readonly rowText: (row: T) => string;
  readonly href?: (row: T) => string | null;
  readonly selection?: {
    readonly mode: "single" | "multiple";
    readonly keys: ReadonlySet<string>;
    readonly onChange: (keys: ReadonlySet<string>) => void;
    /** Rows that cannot be selected; their own cells say why. */
    readonly disabledKeys?: ReadonlySet<string>;
  };
  /** Shown instead of the rows when there are none. */
  readonly empty?: ReactNode;
}

const hidden = { sm: "max-sm:hidden", md: "max-md:hidden", lg: "max-lg:hidden", xl: "max-xl:hidden" } as const;
const cellClass = "px-3 py-2 align-middle first:pl-4 last:pr-4 -outline-offset-2";

type Sort = { readonly key: string; readonly direction: "ascending" | "descending" };

/** Rows in a grid: arrow keys move, Enter opens the row's link, Space selects, headers sort. */
export function DataTable<T>(props: DataTableProps<T>) {
  const { columns, rows, rowKey, selection } = props;
  const [sort, setSort] = useState<Sort | null>(null);
  const sorted = useMemo(() => sortRows(rows, columns, sort), [rows, columns, sort]);
  if (rows.length === 0 && props.empty) return <>{props.empty}</>;
  return (
    <div className="overflow-x-auto rounded-lg border border-line bg-surface">
      <Table
        aria-label={props.label}
        className="w-full border-collapse text-left"
        {...(sort ? { sortDescriptor: { column: sort.key, direction: sort.direction } } : {})}
        onSortChange={(next) => setSort({ key: String(next.column), direction: next.direction })}
        selectionMode={selection?.mode ?? "none"}
        selectedKeys={selection?.keys ?? []}
        disabledKeys={selection?.disabledKeys ?? []}
        disabledBehavior="selection"
        onSelectionChange={(keys) => {
          const all = rows.map(rowKey).filter((key) => !selection?.disabledKeys?.has(key));
          selection?.onChange(new Set(keys === "all" ? all : [...keys].map(String)));
        }}
      >
        <TableHeader>
          {selection ? <SelectionColumn mode={selection.mode} /> : null}
          {columns.map((column, index) => (
            <SortableColumn key={column.key} column={column} isRowHeader={index === 0} />
          ))}
        </TableHeader>
        <TableBody>
          {sorted.map((row) => (
            <TableRow key={rowKey(row)} row={row} table={props} />
          ))}
        </TableBody>
      </Table>
    </div>
  );
}

function SelectionColumn({ mode }: { readonly mode: "single" | "multiple" }) {
  return (
    <Column className="w-10 border-b border-line py-2 pl-4">
      {mode === "multiple" ? <Checkbox slot="selection" /> : <span className="sr-only">Selected</span>}
    </Column>
  );
}

function SortableColumn<T>({
  column,
  isRowHeader,
}: {
  readonly column: TableColumn<T>;
  readonly isRowHeader: boolean;
}) {
  return (
    <Column
      id={column.key}
      isRowHeader={isRowHeader}
      allowsSorting={column.sortValue !== undefined}
      className={clsx(
        "border-b border-line px-3 py-2 text-[0.75rem] font-semibold whitespace-nowrap text-muted -outline-offset-2 first:pl-4 last:pr-4",
        column.align === "end" && "text-right",
        column.hideBelow && hidden[column.hideBelow],
      )}
    >
      {({ sortDirection }) => (
        <span className="inline-flex items-center gap-1">
          {column.header}
          {sortDirection === "ascending" ? <ArrowUp aria-hidden className="size-3" /> : null}
          {sortDirection === "descending" ? <ArrowDown aria-hidden className="size-3" /> : null}
        </span>
      )}
    </Column>
  );
}

function TableRow<T>({ row, table }: { readonly row: T; readonly table: DataTableProps<T> }) {
  const href = table.href?.(row) ?? null;
  const opensWhole = href !== null && !table.selection;
  return (
    <Row
      id={table.rowKey(row)}
      textValue={table.rowText(row)}
      {...(opensWhole ? { href } : {})}
      className={clsx(
        "border-b border-line -outline-offset-2 transition-colors last:border-0 data-[selected]:bg-accent-soft",
        (opensWhole || table.selection) && "hover:bg-canvas",
      )}
    >
      {table.selection ? (
        <Cell className="w-10 py-2 pl-4 align-middle">
          <Checkbox slot="selection" />
        </Cell>
      ) : null}
      {table.columns.map((column, index) => (
        <Cell
          key={column.key}
          className={clsx(
            cellClass,
            column.align === "end" && "text-right",
            column.hideBelow && hidden[column.hideBelow],
            // Names are as long as people make them.
            index === 0 && "font-medium max-sm:min-w-24 max-sm:wrap-anywhere",
          )}
        >
          {index === 0 && href ? <TextLink href={href}>{column.cell(row)}</TextLink> : column.cell(row)}
        </Cell>
      ))}
    </Row>
  );
}

function sortRows<T>(rows: readonly T[], columns: readonly TableColumn<T>[], sort: Sort | null): readonly T[] {
  const value = columns.find((column) => column.key === sort?.key)?.sortValue;
  if (!sort || !value) return rows;
  const sign = sort.direction === "ascending" ? 1 : -1;
  return [...rows].sort((one, other) => sign * compare(value(one), value(other)));
}

const compare = (one: string | number, other: string | number) =>
  typeof one === "number" && typeof other === "number"
    ? one - other
    : String(one).localeCompare(String(other), undefined, { numeric: true, sensitivity: "base" });
