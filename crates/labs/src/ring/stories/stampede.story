story stampede
title
  en: The stampede of mod n
  zh: 取余引发的雪崩
run ring:mod-n;r1;s2;leave_after_us=0;join_after_us=0;batch_keys=5

step
  until time >= 200ms
  en: Seven nodes, and key k lies on node k mod 7, its second copy on the next. Nothing could be simpler, or more even.
  zh: 七个节点，键 k 放在节点 k mod 7 上，第二份放在下一个节点。再简单不过，也再均匀不过。
  ask
    en: An eighth node joins. How many of the keys get another owner?
    zh: 第八个节点加入后，有多少键要换归属节点？
    wrong
      en: One in eight
      zh: 八分之一
      why
        en: That is what a ring does. A remainder does not know who was there before.
        zh: 那是哈希环的结果。余数并不知道键原来在哪里。
    right
      en: Seven in eight
      zh: 八分之七
      why
        en: k mod 7 and k mod 8 agree for one k in eight only.
        zh: k mod 7 与 k mod 8 相等的键只占八分之一。

step
  do join.n8
  do do.n8.join
  until broken only-what-must
  en: Reads switch to k mod 8 at once. Nearly every key now belongs to a node that does not have it yet, and most of
    them move between old nodes.
  zh: 读取立即改按 k mod 8 进行。几乎每个键都归了一个还没有它的节点，而且大多是在老节点之间搬来搬去。

step
  until broken no-miss
  en: There: a read that finds nothing, although nothing was lost and nobody failed. A cache would now ask its database,
    and so would everybody else at the same moment.
  zh: 看：一次读取落空了，而数据没有丢失，也没有节点故障。换作缓存，此刻所有请求都会同时涌向数据库。

step
  until met placed
  en: After the stampede all lies where k mod 8 says. The same join on the ring moves an eighth, and no read misses.
  zh: 雪崩过后，一切都到了 k mod 8 所说的位置。同样的加入，哈希环只搬八分之一，读取也不会落空。
